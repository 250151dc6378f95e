"""Takes one sealed set through the stages, and puts the previous one back where it must.

`stage` is a stage and what its account answers, `steps` are programs with a name, a duration and
a log, `actions` what a release does to a stage, `kept` the sets to go back to and the lock,
`storage` where those are, `release` the order of it all, `report` how it ended, `command` the
command line. Everything that needs a stage's
credentials runs in a program of its own or with a client of its own.
"""
