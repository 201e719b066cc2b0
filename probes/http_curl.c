#define HTTP_CURL_LOADER
#include "probes/http_curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

struct http_curl http_curl; /* written once, before anybody reads it */

static bool loaded;

static void load(void)
{
    static const char *const names[] = {
#ifdef __APPLE__
        "libcurl.4.dylib",
        "/opt/homebrew/opt/curl/lib/libcurl.4.dylib",
        "/usr/local/opt/curl/lib/libcurl.4.dylib",
        "/usr/lib/libcurl.4.dylib",
#else
        "libcurl.so.4",
        "libcurl-gnutls.so.4",
#endif
    };
    void *library = NULL;

    for (size_t i = 0; library == NULL && i < sizeof names / sizeof *names; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);

    if (library == NULL)
        return;
    loaded = true;
#define LOAD(name)                                                                                 \
    *(void **)&http_curl.name##_ = dlsym(library, #name);                                          \
    loaded = loaded && http_curl.name##_ != NULL;
    HTTP_CURL_FUNCTIONS(LOAD)
#undef LOAD
    loaded = loaded && http_curl.curl_global_init_(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

bool http_curl_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, load);
    return loaded;
}
