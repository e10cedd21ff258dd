#include "CKubeSchema.h"

static const unsigned char text[] = {
#embed "kubernetes-1.36.schema"
};

const unsigned char *kc_kubernetes_1_36_start(void) { return text; }
const size_t kc_kubernetes_1_36_size = sizeof text;
