"""For tests of fairsubmit and of what others add to it.

Contract suites that every implementation of a port runs, and faults on purpose. The
suites need pytest; nothing is imported here.
"""
