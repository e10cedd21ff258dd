#ifndef CSTDLIBFILES_H
#define CSTDLIBFILES_H

#include <stddef.h>

/// The files of stdlib/, by index in the order of their names.
size_t kc_stdlib_count(void);
const char *kc_stdlib_name(size_t index);
const unsigned char *kc_stdlib_bytes(size_t index);
size_t kc_stdlib_size(size_t index);

#endif
