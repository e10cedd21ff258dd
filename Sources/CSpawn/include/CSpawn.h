#pragma once

#include <spawn.h>

/// Adds to `actions` that the new process has none of the files from `first` on, those included that another thread opens
/// until it is there. Swift does not see the C library's own function (glibc 2.34) for this.
///
/// Returns 0, or an error number.
int kc_spawn_add_close_from(posix_spawn_file_actions_t *actions, int first);
