"""Compiled kernels for :mod:`bordergis.geodesy`: the same answers as its plain code, fast where there are many rows.

Each module holds one kernel and takes and gives plain arrays. Nothing here is imported before enough rows are there to pay for it: numba
takes 0.3 s to import, and each kernel 1 to 9 s to compile the first time it is used on a machine (it is cached then). Callers outside
``geodesy`` use the functions of ``geodesy``, which choose.
"""
