#include "CStdlibFiles.h"

// Written by Scripts/generate-stdlib-files.

static const unsigned char file0[] = {
#embed "../../stdlib/access.kc"
};
static const unsigned char file1[] = {
#embed "../../stdlib/cluster.kc"
};
static const unsigned char file2[] = {
#embed "../../stdlib/configs.kc"
};
static const unsigned char file3[] = {
#embed "../../stdlib/containers.kc"
};
static const unsigned char file4[] = {
#embed "../../stdlib/input.kc"
};
static const unsigned char file5[] = {
#embed "../../stdlib/networking.kc"
};
static const unsigned char file6[] = {
#embed "../../stdlib/pod.kc"
};
static const unsigned char file7[] = {
#embed "../../stdlib/prelude.kc"
};
static const unsigned char file8[] = {
#embed "../../stdlib/probe.kc"
};
static const unsigned char file9[] = {
#embed "../../stdlib/project.kc"
};
static const unsigned char file10[] = {
#embed "../../stdlib/scaling.kc"
};
static const unsigned char file11[] = {
#embed "../../stdlib/services.kc"
};
static const unsigned char file12[] = {
#embed "../../stdlib/workloads.kc"
};

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t size;
} files[] = {
    {"access.kc", file0, sizeof file0},
    {"cluster.kc", file1, sizeof file1},
    {"configs.kc", file2, sizeof file2},
    {"containers.kc", file3, sizeof file3},
    {"input.kc", file4, sizeof file4},
    {"networking.kc", file5, sizeof file5},
    {"pod.kc", file6, sizeof file6},
    {"prelude.kc", file7, sizeof file7},
    {"probe.kc", file8, sizeof file8},
    {"project.kc", file9, sizeof file9},
    {"scaling.kc", file10, sizeof file10},
    {"services.kc", file11, sizeof file11},
    {"workloads.kc", file12, sizeof file12},
};

size_t kc_stdlib_count(void) { return sizeof files / sizeof files[0]; }
const char *kc_stdlib_name(size_t index) { return files[index].name; }
const unsigned char *kc_stdlib_bytes(size_t index) { return files[index].bytes; }
size_t kc_stdlib_size(size_t index) { return files[index].size; }
