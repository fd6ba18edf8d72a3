"""The beginning of a submission: what the images tell, and what only a person knows.

`observed` gathers what images say, `questions` reads what a person says, `draft` makes
a submission of both, in which each place that is still empty is marked.
"""
