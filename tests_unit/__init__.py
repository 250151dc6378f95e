"""The function against its contract, offline: moto for the table, real sockets for its faults.

May import everything but the other levels' tests. The table is made from the synthesized
template, so key and attribute names are the stack's own.
"""
