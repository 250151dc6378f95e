"""What a request costs in time, memory, log bytes and dollars, and how to measure it again.

Runs the function as Lambda would, beside the floor: a bare `boto3` client and one GetItem,
against the same local table in the same run. May import nothing of the project: it starts
the function, the table and the synthesis as processes of their own.
"""
