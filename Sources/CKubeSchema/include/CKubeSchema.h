#ifndef CKUBESCHEMA_H
#define CKUBESCHEMA_H

#include <stddef.h>

/// How many versions of Kubernetes there are schemas of.
size_t kc_kubernetes_count(void);
/// A version, such as `1.36`.
const char *kc_kubernetes_version(size_t index);
/// Its schemas, in the form that Scripts/generate-kube-schema describes.
const unsigned char *kc_kubernetes_schema(size_t index);
size_t kc_kubernetes_schema_size(size_t index);

/// What kinds and fields are for: a line each, `TYPE[.FIELD] TEXT`, for all versions.
const unsigned char *kc_kubernetes_docs(void);
size_t kc_kubernetes_docs_size(void);

#endif
