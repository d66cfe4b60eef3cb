"""
How the register's index came to its present form, step by step (Alembic).

An older index is brought up to date when it is opened. A step that was released is not changed any more.
"""
