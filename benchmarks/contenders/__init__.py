"""How ours and the peers are used: each in the form its documentation has, or in its fastest.

What a contender needs is imported when it starts, in its own environment.
"""
