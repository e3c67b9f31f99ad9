"""Real hosts on this machine for rehearsals: the runbook meets them by SSH, as it meets any others."""
