"""The kinds of change a step is made of, a module each, and the executor that carries a list of them out."""
