"""What every proof needs: the command line, pytest's loop, statuses and evidence.

May import pytest, rich and the standard library, and nothing else of this project, so that
the proof of templates can be installed by itself: what a promise is at each level stays
outside, and imports within this folder are relative.
"""
