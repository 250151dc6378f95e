"""Tests of the template mutation, on a second, hand-written stack of another kind."""
