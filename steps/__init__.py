"""What each step changes: a pure function from what is seen to a complete list, the same list whatever stands."""
