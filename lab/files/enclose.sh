#!/bin/sh
# usage: enclose.sh CGROUP... -- COMMAND...   runs the command inside these cgroups, which exist
set -eu
while [ "$1" != -- ]; do
    echo $$ > "$1/cgroup.procs"
    shift
done
shift
exec "$@"
