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
#embed "../../stdlib/exact.kc"
};
static const unsigned char file5[] = {
#embed "../../stdlib/external.kc"
};
static const unsigned char file6[] = {
#embed "../../stdlib/gateways.kc"
};
static const unsigned char file7[] = {
#embed "../../stdlib/hook.kc"
};
static const unsigned char file8[] = {
#embed "../../stdlib/input.kc"
};
static const unsigned char file9[] = {
#embed "../../stdlib/k8s/1.36/admissionregistration/v1.kc"
};
static const unsigned char file10[] = {
#embed "../../stdlib/k8s/1.36/apiextensions/v1.kc"
};
static const unsigned char file11[] = {
#embed "../../stdlib/k8s/1.36/apiregistration/v1.kc"
};
static const unsigned char file12[] = {
#embed "../../stdlib/k8s/1.36/apps/v1.kc"
};
static const unsigned char file13[] = {
#embed "../../stdlib/k8s/1.36/authentication/v1.kc"
};
static const unsigned char file14[] = {
#embed "../../stdlib/k8s/1.36/authorization/v1.kc"
};
static const unsigned char file15[] = {
#embed "../../stdlib/k8s/1.36/autoscaling/v1.kc"
};
static const unsigned char file16[] = {
#embed "../../stdlib/k8s/1.36/autoscaling/v2.kc"
};
static const unsigned char file17[] = {
#embed "../../stdlib/k8s/1.36/batch/v1.kc"
};
static const unsigned char file18[] = {
#embed "../../stdlib/k8s/1.36/certificates/v1.kc"
};
static const unsigned char file19[] = {
#embed "../../stdlib/k8s/1.36/coordination/v1.kc"
};
static const unsigned char file20[] = {
#embed "../../stdlib/k8s/1.36/core/v1.kc"
};
static const unsigned char file21[] = {
#embed "../../stdlib/k8s/1.36/discovery/v1.kc"
};
static const unsigned char file22[] = {
#embed "../../stdlib/k8s/1.36/events/v1.kc"
};
static const unsigned char file23[] = {
#embed "../../stdlib/k8s/1.36/flowcontrol/v1.kc"
};
static const unsigned char file24[] = {
#embed "../../stdlib/k8s/1.36/meta/v1.kc"
};
static const unsigned char file25[] = {
#embed "../../stdlib/k8s/1.36/networking/v1.kc"
};
static const unsigned char file26[] = {
#embed "../../stdlib/k8s/1.36/node/v1.kc"
};
static const unsigned char file27[] = {
#embed "../../stdlib/k8s/1.36/policy/v1.kc"
};
static const unsigned char file28[] = {
#embed "../../stdlib/k8s/1.36/rbac/v1.kc"
};
static const unsigned char file29[] = {
#embed "../../stdlib/k8s/1.36/resource/v1.kc"
};
static const unsigned char file30[] = {
#embed "../../stdlib/k8s/1.36/scheduling/v1.kc"
};
static const unsigned char file31[] = {
#embed "../../stdlib/k8s/1.36/storage/v1.kc"
};
static const unsigned char file32[] = {
#embed "../../stdlib/metric.kc"
};
static const unsigned char file33[] = {
#embed "../../stdlib/net.kc"
};
static const unsigned char file34[] = {
#embed "../../stdlib/networking.kc"
};
static const unsigned char file35[] = {
#embed "../../stdlib/object.kc"
};
static const unsigned char file36[] = {
#embed "../../stdlib/pod.kc"
};
static const unsigned char file37[] = {
#embed "../../stdlib/policy.kc"
};
static const unsigned char file38[] = {
#embed "../../stdlib/prelude.kc"
};
static const unsigned char file39[] = {
#embed "../../stdlib/probe.kc"
};
static const unsigned char file40[] = {
#embed "../../stdlib/project.kc"
};
static const unsigned char file41[] = {
#embed "../../stdlib/scaling.kc"
};
static const unsigned char file42[] = {
#embed "../../stdlib/semver.kc"
};
static const unsigned char file43[] = {
#embed "../../stdlib/services.kc"
};
static const unsigned char file44[] = {
#embed "../../stdlib/volumes.kc"
};
static const unsigned char file45[] = {
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
    {"exact.kc", file4, sizeof file4},
    {"external.kc", file5, sizeof file5},
    {"gateways.kc", file6, sizeof file6},
    {"hook.kc", file7, sizeof file7},
    {"input.kc", file8, sizeof file8},
    {"k8s/1.36/admissionregistration/v1.kc", file9, sizeof file9},
    {"k8s/1.36/apiextensions/v1.kc", file10, sizeof file10},
    {"k8s/1.36/apiregistration/v1.kc", file11, sizeof file11},
    {"k8s/1.36/apps/v1.kc", file12, sizeof file12},
    {"k8s/1.36/authentication/v1.kc", file13, sizeof file13},
    {"k8s/1.36/authorization/v1.kc", file14, sizeof file14},
    {"k8s/1.36/autoscaling/v1.kc", file15, sizeof file15},
    {"k8s/1.36/autoscaling/v2.kc", file16, sizeof file16},
    {"k8s/1.36/batch/v1.kc", file17, sizeof file17},
    {"k8s/1.36/certificates/v1.kc", file18, sizeof file18},
    {"k8s/1.36/coordination/v1.kc", file19, sizeof file19},
    {"k8s/1.36/core/v1.kc", file20, sizeof file20},
    {"k8s/1.36/discovery/v1.kc", file21, sizeof file21},
    {"k8s/1.36/events/v1.kc", file22, sizeof file22},
    {"k8s/1.36/flowcontrol/v1.kc", file23, sizeof file23},
    {"k8s/1.36/meta/v1.kc", file24, sizeof file24},
    {"k8s/1.36/networking/v1.kc", file25, sizeof file25},
    {"k8s/1.36/node/v1.kc", file26, sizeof file26},
    {"k8s/1.36/policy/v1.kc", file27, sizeof file27},
    {"k8s/1.36/rbac/v1.kc", file28, sizeof file28},
    {"k8s/1.36/resource/v1.kc", file29, sizeof file29},
    {"k8s/1.36/scheduling/v1.kc", file30, sizeof file30},
    {"k8s/1.36/storage/v1.kc", file31, sizeof file31},
    {"metric.kc", file32, sizeof file32},
    {"net.kc", file33, sizeof file33},
    {"networking.kc", file34, sizeof file34},
    {"object.kc", file35, sizeof file35},
    {"pod.kc", file36, sizeof file36},
    {"policy.kc", file37, sizeof file37},
    {"prelude.kc", file38, sizeof file38},
    {"probe.kc", file39, sizeof file39},
    {"project.kc", file40, sizeof file40},
    {"scaling.kc", file41, sizeof file41},
    {"semver.kc", file42, sizeof file42},
    {"services.kc", file43, sizeof file43},
    {"volumes.kc", file44, sizeof file44},
    {"workloads.kc", file45, sizeof file45},
};

size_t kc_stdlib_count(void) { return sizeof files / sizeof files[0]; }
const char *kc_stdlib_name(size_t index) { return files[index].name; }
const unsigned char *kc_stdlib_bytes(size_t index) { return files[index].bytes; }
size_t kc_stdlib_size(size_t index) { return files[index].size; }
