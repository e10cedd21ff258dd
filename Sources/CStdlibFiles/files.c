#include "CStdlibFiles.h"

// Written by Scripts/generate-stdlib-files.

static const unsigned char file0[] = {
#embed "../../stdlib/configs.kc"
};
static const unsigned char file1[] = {
#embed "../../stdlib/containers.kc"
};
static const unsigned char file2[] = {
#embed "../../stdlib/prelude.kc"
};
static const unsigned char file3[] = {
#embed "../../stdlib/probe.kc"
};
static const unsigned char file4[] = {
#embed "../../stdlib/project.kc"
};
static const unsigned char file5[] = {
#embed "../../stdlib/services.kc"
};
static const unsigned char file6[] = {
#embed "../../stdlib/workloads.kc"
};

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t size;
} files[] = {
    {"configs.kc", file0, sizeof file0},
    {"containers.kc", file1, sizeof file1},
    {"prelude.kc", file2, sizeof file2},
    {"probe.kc", file3, sizeof file3},
    {"project.kc", file4, sizeof file4},
    {"services.kc", file5, sizeof file5},
    {"workloads.kc", file6, sizeof file6},
};

size_t kc_stdlib_count(void) { return sizeof files / sizeof files[0]; }
const char *kc_stdlib_name(size_t index) { return files[index].name; }
const unsigned char *kc_stdlib_bytes(size_t index) { return files[index].bytes; }
size_t kc_stdlib_size(size_t index) { return files[index].size; }
