#include "app/profiles/frame_owner.h"

#include <string.h>

static void test_owner(void)
{
    static struct profile_function functions[] = {
        {.name = "main.work", .filename = "/home/u/tool/main.go"},
        {.name = "example.com/u/tool/internal/app.(*Model).Update",
         .filename = "/home/u/tool/internal/app/model.go"},
        {.name = "example.com/other/lib.(*Reader).Read",
         .filename = "/root/go/pkg/mod/example.com/other/lib@v1.2.3/reader.go"},
        {.name = "example.com/kept/lib.Do",
         .filename = "/home/u/tool/vendor/example.com/kept/lib/do.go"},
        {.name = "bufio.(*Scanner).Scan", .filename = "/usr/lib/go/src/bufio/scan.go"},
        {.name = "example.com/stripped.F", .filename = ""},
    };
    static const struct {
        const char *name;
        enum frame_owner owner;
    } cases[] = {
        {"main.work", FRAME_OF_PROGRAM},
        {"main.never.in.this.profile", FRAME_OF_PROGRAM},
        {"example.com/u/tool/internal/app.(*Model).Update", FRAME_OF_PROGRAM},
        {"example.com/u/tool/internal/app.other", FRAME_OF_PROGRAM},
        {"example.com/u/tool/internal/app.(*Model).Update /home/u/tool/x.go:12", FRAME_OF_PROGRAM},
        {"example.com/other/lib.(*Reader).Read", FRAME_OF_MODULE},
        {"example.com/kept/lib.Do", FRAME_OF_MODULE},
        {"example.com/stripped.F", FRAME_OF_MODULE},
        {"bufio.(*Scanner).Scan", FRAME_OF_GO},
        {"runtime.mallocgc", FRAME_OF_GO},
        {"encoding/json.(*decodeState).object", FRAME_OF_GO},
        {"", FRAME_OF_GO},
    };
    const struct profile profile = {.functions = functions, .n_functions = G_N_ELEMENTS(functions)};
    struct frame_owners *owners = frame_owners_new(&profile);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].name);
        g_assert_cmpint(frame_owner(owners, cases[i].name), ==, cases[i].owner);
    }
    frame_owners_free(owners);
    frame_owners_free(NULL);
}

/* With GOPATH all files look alike: main says which repository is the program's. */
static void test_repository(void)
{
    static struct profile_function functions[] = {
        {.name = "bufio.(*Scanner).Scan", .filename = "/usr/lib/go/src/bufio/scan.go"},
        {.name = "main.main", .filename = "/b/src/example.com/u/tool/cmd/tool/main.go"},
        {.name = "example.com/u/tool/app.Run", .filename = "/b/src/example.com/u/tool/app/run.go"},
        {.name = "example.com/u/toolbox.Run", .filename = "/b/src/example.com/u/toolbox/run.go"},
    };
    const struct profile profile = {.functions = functions, .n_functions = G_N_ELEMENTS(functions)};
    struct frame_owners *owners = frame_owners_new(&profile);

    g_assert_cmpint(frame_owner(owners, "main.main"), ==, FRAME_OF_PROGRAM);
    g_assert_cmpint(frame_owner(owners, "example.com/u/tool/app.Run"), ==, FRAME_OF_PROGRAM);
    g_assert_cmpint(frame_owner(owners, "example.com/u/toolbox.Run"), ==, FRAME_OF_MODULE);
    frame_owners_free(owners);
}

/* Of one package the same, whatever stands behind it; of type arguments nothing. */
static void test_hash(void)
{
    unsigned hash = frame_package_hash("a.io/x/y.F");

    g_assert_cmpuint(hash, ==, frame_package_hash("a.io/x/y.(*T).M.func1"));
    g_assert_cmpuint(hash, ==, frame_package_hash("a.io/x/y.F[b.io/z.Q]"));
    g_assert_cmpuint(hash, ==, frame_package_hash("a.io/x/y.F /src/y.go:3"));
    g_assert_cmpuint(hash, !=, frame_package_hash("a.io/x/z.F"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame_owner/owner", test_owner);
    g_test_add_func("/frame_owner/repository", test_repository);
    g_test_add_func("/frame_owner/hash", test_hash);
    return g_test_run();
}
