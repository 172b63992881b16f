#pragma once

// libcurl, loaded when the first download begins: with the libraries that it needs, it takes as long to load and as
// much memory as the rest of the program, and most commands never download anything. Its header provides the types and
// numbers; its functions may only be called through those below.
#include <curl/curl.h>

/// Loads libcurl and sets it up, which must happen once and before any other call.
///
/// Returns NULL, or the reason why it cannot be used; the text stays valid.
const char *ccurl_load(void);

CURL *ccurl_open(void);
void ccurl_close(CURL *handle);
CURLcode ccurl_perform(CURL *handle);
const char *ccurl_reason(CURLcode code);

// libcurl's own functions for these take variable arguments, which Swift cannot call: one wrapper for each kind.

CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode ccurl_set_number(CURL *handle, CURLoption option, long value);
CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value);

typedef size_t (*ccurl_write)(char *bytes, size_t size, size_t count, void *context);
CURLcode ccurl_set_write(CURL *handle, ccurl_write function, void *context);

typedef int (*ccurl_progress)(
    void *context, curl_off_t down_total, curl_off_t down_now, curl_off_t up_total, curl_off_t up_now);
CURLcode ccurl_set_progress(CURL *handle, ccurl_progress function, void *context);

/// The status that the server answered with, or 0.
long ccurl_status(CURL *handle);

/// The length that the server announced for the rest, or -1.
curl_off_t ccurl_announced_length(CURL *handle);
