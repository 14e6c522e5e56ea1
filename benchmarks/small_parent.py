"""Runs a command and prints its seconds, the kibibytes it held at most and how it ended.

On Linux the figure of a child also counts what its parent held when it was started. So ``measuring`` runs this file in
a process of its own, which holds next to nothing. What the command writes goes to standard error.
"""

import os
import sys
import time

command = sys.argv[1:]
started = time.perf_counter()
child = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - started, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
