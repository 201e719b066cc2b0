#ifndef SIDESCOPE_PROBES_HTTP_CURL_H
#define SIDESCOPE_PROBES_HTTP_CURL_H

/*
 * libcurl, loaded when the first client is made: with what it needs in turn it
 * is half of the time and memory of a command that only reads a file. Behind
 * this header its functions are called by their own names, through the library
 * that was loaded. Any thread. Private to probes/http.c.
 */

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stdbool.h>

/* Every function of libcurl that is used: once here, for loading and for calling. */
#define HTTP_CURL_FUNCTIONS(X)                                                                     \
    X(curl_easy_cleanup)                                                                           \
    X(curl_easy_getinfo)                                                                           \
    X(curl_easy_init)                                                                              \
    X(curl_easy_reset)                                                                             \
    X(curl_easy_setopt)                                                                            \
    X(curl_easy_strerror)                                                                          \
    X(curl_global_init)                                                                            \
    X(curl_multi_add_handle)                                                                       \
    X(curl_multi_cleanup)                                                                          \
    X(curl_multi_info_read)                                                                        \
    X(curl_multi_init)                                                                             \
    X(curl_multi_perform)                                                                          \
    X(curl_multi_poll)                                                                             \
    X(curl_multi_remove_handle)                                                                    \
    X(curl_multi_setopt)                                                                           \
    X(curl_multi_wakeup)                                                                           \
    X(curl_slist_append)                                                                           \
    X(curl_slist_free_all)                                                                         \
    X(curl_version)

struct http_curl {
#define HTTP_CURL_MEMBER(name) __typeof__(&(name)) name##_;
    HTTP_CURL_FUNCTIONS(HTTP_CURL_MEMBER)
#undef HTTP_CURL_MEMBER
};
extern struct http_curl http_curl;

/* True when the library is there and initialised; false for good when it is not installed. */
bool http_curl_load(void);

#ifndef HTTP_CURL_LOADER
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt
#define curl_easy_cleanup http_curl.curl_easy_cleanup_
#define curl_easy_getinfo http_curl.curl_easy_getinfo_
#define curl_easy_init http_curl.curl_easy_init_
#define curl_easy_reset http_curl.curl_easy_reset_
#define curl_easy_setopt http_curl.curl_easy_setopt_
#define curl_easy_strerror http_curl.curl_easy_strerror_
#define curl_multi_add_handle http_curl.curl_multi_add_handle_
#define curl_multi_cleanup http_curl.curl_multi_cleanup_
#define curl_multi_info_read http_curl.curl_multi_info_read_
#define curl_multi_init http_curl.curl_multi_init_
#define curl_multi_perform http_curl.curl_multi_perform_
#define curl_multi_poll http_curl.curl_multi_poll_
#define curl_multi_remove_handle http_curl.curl_multi_remove_handle_
#define curl_multi_setopt http_curl.curl_multi_setopt_
#define curl_multi_wakeup http_curl.curl_multi_wakeup_
#define curl_slist_append http_curl.curl_slist_append_
#define curl_slist_free_all http_curl.curl_slist_free_all_
#define curl_version http_curl.curl_version_
#endif

#endif
