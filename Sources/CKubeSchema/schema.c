#include "CKubeSchema.h"

static const unsigned char schema_1_36[] = {
#embed "kubernetes-1.36.schema"
};
static const unsigned char documentation[] = {
#embed "kubernetes.docs"
};

// In the order of the versions, the newest last: it is the one that is taken where none is named.
static const struct {
  const char *version;
  const unsigned char *bytes;
  size_t size;
} schemas[] = {
    {"1.36", schema_1_36, sizeof schema_1_36},
};

size_t kc_kubernetes_count(void) { return sizeof schemas / sizeof schemas[0]; }
const char *kc_kubernetes_version(size_t index) { return schemas[index].version; }
const unsigned char *kc_kubernetes_schema(size_t index) { return schemas[index].bytes; }
size_t kc_kubernetes_schema_size(size_t index) { return schemas[index].size; }

const unsigned char *kc_kubernetes_docs(void) { return documentation; }
size_t kc_kubernetes_docs_size(void) { return sizeof documentation; }
