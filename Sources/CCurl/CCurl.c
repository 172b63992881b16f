#include "CCurl.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>

// The header has macros with these names, which check arguments and would conflict with the names below.
#undef curl_easy_setopt
#undef curl_easy_getinfo

static struct {
    CURLcode (*global_init)(long flags);
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *handle);
    CURLcode (*easy_perform)(CURL *handle);
    const char *(*easy_strerror)(CURLcode code);
    CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
} curl;

// The second is Debian's with another TLS library; the third is macOS's own and that of Homebrew.
static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};

const char *ccurl_load(void) {
    static char obstacle[512];
    void *library = NULL;
    for (size_t index = 0; !library && index < sizeof names / sizeof *names; index++) {
        library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
        if (library || *obstacle) continue;
        const char *reason = dlerror();
        snprintf(obstacle, sizeof obstacle, "libcurl cannot be loaded: %s", reason ? reason : names[index]);
    }
    if (!library) return obstacle;
    struct {
        const char *name;
        void **function;
    } const functions[] = {
        {"curl_global_init", (void **)&curl.global_init},   {"curl_easy_init", (void **)&curl.easy_init},
        {"curl_easy_cleanup", (void **)&curl.easy_cleanup}, {"curl_easy_perform", (void **)&curl.easy_perform},
        {"curl_easy_strerror", (void **)&curl.easy_strerror},
        {"curl_easy_setopt", (void **)&curl.easy_setopt},   {"curl_easy_getinfo", (void **)&curl.easy_getinfo},
    };
    for (size_t index = 0; index < sizeof functions / sizeof *functions; index++) {
        *functions[index].function = dlsym(library, functions[index].name);
        if (!*functions[index].function) return "the libcurl that is installed lacks functions; install another";
    }
    return curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? NULL : "libcurl cannot be set up";
}

CURL *ccurl_open(void) { return curl.easy_init(); }

void ccurl_close(CURL *handle) { curl.easy_cleanup(handle); }

CURLcode ccurl_perform(CURL *handle) { return curl.easy_perform(handle); }

const char *ccurl_reason(CURLcode code) { return curl.easy_strerror(code); }

CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl.easy_setopt(handle, option, value);
}

CURLcode ccurl_set_number(CURL *handle, CURLoption option, long value) {
    return curl.easy_setopt(handle, option, value);
}

CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl.easy_setopt(handle, option, value);
}

CURLcode ccurl_set_write(CURL *handle, ccurl_write function, void *context) {
    CURLcode result = curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, function);
    return result ? result : curl.easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

CURLcode ccurl_set_progress(CURL *handle, ccurl_progress function, void *context) {
    CURLcode result = curl.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, function);
    if (!result) result = curl.easy_setopt(handle, CURLOPT_XFERINFODATA, context);
    return result ? result : curl.easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

long ccurl_status(CURL *handle) {
    long status = 0;
    curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

curl_off_t ccurl_announced_length(CURL *handle) {
    curl_off_t length = -1;
    curl.easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    return length;
}
