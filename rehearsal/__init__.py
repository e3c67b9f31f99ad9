"""Everything that is claimed of the runbook, shown on the lab's hosts; nothing here is part of the runbook."""
