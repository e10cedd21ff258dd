#ifndef CKUBESCHEMA_H
#define CKUBESCHEMA_H

#include <stddef.h>

/// The schemas of Kubernetes 1.36 in the form that Scripts/generate-kube-schema describes.
const unsigned char *kc_kubernetes_1_36_start(void);
extern const size_t kc_kubernetes_1_36_size;

#endif
