"""Reaching the machines: the inventory, SSH sessions, the side that may only read, and the lock."""
