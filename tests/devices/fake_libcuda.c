/* A CUDA driver library of two GPUs; FAKE_CUDA says how it is broken: "none", "mismatch", "crash". */
#include <stdlib.h>
#include <string.h>

static int is(const char *what) {
    const char *said = getenv("FAKE_CUDA");
    return said != NULL && strcmp(said, what) == 0;
}

int cuInit(unsigned flags) {
    (void)flags;
    if (is("crash")) abort();
    return is("mismatch") ? 803 : 0;
}

int cuGetErrorString(int status, const char **text) {
    *text = status == 803 ? "system has unsupported display driver / cuda driver combination" : "unknown";
    return 0;
}

int cuDriverGetVersion(int *version) { *version = 12080; return 0; }
int cuDeviceGetCount(int *count) { *count = is("none") ? 0 : 2; return 0; }
int cuDeviceGet(int *handle, int index) { *handle = 40 + index; return 0; }

int cuDeviceGetName(char *name, int size, int handle) {
    strncpy(name, handle == 40 ? "Fake A100" : "Fake T4", (size_t)size);
    return 0;
}

int cuDeviceTotalMem_v2(size_t *bytes, int handle) {
    *bytes = (size_t)(handle == 40 ? 80 : 16) << 30;
    return 0;
}

int cuDeviceGetAttribute(int *value, int attribute, int handle) {
    *value = attribute == 75 ? (handle == 40 ? 8 : 7) : (handle == 40 ? 0 : 5);
    return 0;
}
