"""The rehearsal: commits, bad ones and good ones, are released on two local stages.

`cases/` is the corpus: patches of the service together with its tests, each with what must become
of it. `corpus` reads them, `tree` and `synthesis` make commits and sealed sets of them, `preparing`
and `evidence` what the gate demands besides, `accounts` is staging and prod, `trial` checks or
releases a case, `run` tries all of them, `table` writes docs/releasing.md. May import `contract`,
`tools.release_gate`, `tools.local_stage` and what these share; never `stack` or `lambda_function`.
"""
