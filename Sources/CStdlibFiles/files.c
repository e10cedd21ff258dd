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
#embed "../../stdlib/policy.kc"
};
static const unsigned char file8[] = {
#embed "../../stdlib/prelude.kc"
};
static const unsigned char file9[] = {
#embed "../../stdlib/probe.kc"
};
static const unsigned char file10[] = {
#embed "../../stdlib/project.kc"
};
static const unsigned char file11[] = {
#embed "../../stdlib/scaling.kc"
};
static const unsigned char file12[] = {
#embed "../../stdlib/services.kc"
};
static const unsigned char file13[] = {
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
    {"policy.kc", file7, sizeof file7},
    {"prelude.kc", file8, sizeof file8},
    {"probe.kc", file9, sizeof file9},
    {"project.kc", file10, sizeof file10},
    {"scaling.kc", file11, sizeof file11},
    {"services.kc", file12, sizeof file12},
    {"workloads.kc", file13, sizeof file13},
};

size_t kc_stdlib_count(void) { return sizeof files / sizeof files[0]; }
const char *kc_stdlib_name(size_t index) { return files[index].name; }
const unsigned char *kc_stdlib_bytes(size_t index) { return files[index].bytes; }
size_t kc_stdlib_size(size_t index) { return files[index].size; }
