/* A management library that plays one machine, or one fault, as the environment says. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *mode(void) { const char *m = getenv("FAKE_NVML"); return m ? m : ""; }

int nvmlInit_v2(void) {
    if (!strcmp(mode(), "hang")) for (;;) sleep(60);
    if (!strcmp(mode(), "crash")) abort();
    return !strcmp(mode(), "mismatch") ? 18 : 0;
}
int nvmlShutdown(void) { return 0; }
int nvmlSystemGetCudaDriverVersion_v2(int *version) { *version = 13010; return 0; }
int nvmlSystemGetDriverVersion(char *text, unsigned length) { strncpy(text, "580.65.06", length); return 0; }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = 2; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **handle) { *handle = (void *)(long)(index + 1); return 0; }
int nvmlDeviceGetName(void *handle, char *text, unsigned length) {
    strncpy(text, handle == (void *)1 ? "NVIDIA GeForce RTX 4070" : "NVIDIA T400", length);
    return 0;
}
int nvmlDeviceGetMemoryInfo(void *handle, unsigned long long *memory) {
    memory[0] = (handle == (void *)1 ? 12288ULL : 2048ULL) << 20;
    memory[1] = (handle == (void *)1 ? 11000ULL : 2000ULL) << 20;
    memory[2] = memory[0] - memory[1];
    return 0;
}
int nvmlDeviceGetCudaComputeCapability(void *handle, int *major, int *minor) {
    *major = handle == (void *)1 ? 8 : 7;
    *minor = handle == (void *)1 ? 9 : 5;
    return 0;
}
