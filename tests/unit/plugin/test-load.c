/* SPDX-License-Identifier: MIT */
/* Real shared objects, built here: vetting, loading, and probing those that crash, hang or leave. */
#include "../scratch.h"
#include "plugin/plugin.h"
#include <dlfcn.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

/* Build scratch/NAME.so; `body` comes after the include. */
static void build(const char *name, const char *body)
{
    char file[64];
    char command[1024];
    struct strbuf source = {0};
    snprintf(file, sizeof file, "%s.c", name);
    strbuf_addf(&source, "#include <almoner/plugin.h>\n%s", body);
    scratch_text(file, source.at);
    strbuf_release(&source);
    snprintf(command, sizeof command,
             "cc -std=gnu11 -shared -fPIC -fvisibility=hidden -I'%s/core/include' -o '%s/%s.so' '%s/%s.c'", SOURCE_DIR,
             scratch, name, scratch, name);
    assert_int_equal(system(command), 0);
    assert_int_equal(chmod(scratch_path(file), 0644), 0);
    snprintf(file, sizeof file, "%s.so", name);
    assert_int_equal(chmod(scratch_path(file), 0644), 0);
}

#define ENTITLE                                                                                                        \
    "static void entitle(const void *s, const struct alm_case *c, struct alm_entitlement *e)\n"                        \
    "{ (void)s; (void)c; e->quantity = 1; }\n"                                                                         \
    "static const struct alm_programme programme = {.size = sizeof programme, .recipient = ALM_HOUSEHOLD,\n"           \
    "    .unit = \"x\", .unit_plural = \"xs\", .entitle = entitle};\n"
#define PLUGIN(name)                                                                                                   \
    ENTITLE "ALM_PLUGIN(.name = \"" name "\", .version = \"1.2\", .summary = \"Things\",\n"                            \
            "    .kind = ALM_KIND_PROGRAMME, .programme = &programme)\n"

/* Load from the scratch folder; the status, and the text in `err`. */
static enum alm_status load(const char *name, struct alm_error *err)
{
    const struct alm_plugin *plugin = NULL;
    *err = (struct alm_error){0};
    return plugin_load(scratch, name, &plugin, err);
}

static void loads_once(void **state)
{
    (void)state;
    struct alm_error err = {0};
    const struct alm_plugin *first = NULL;
    const struct alm_plugin *second = NULL;
    build("good", PLUGIN("good"));
    assert_int_equal(plugin_load(scratch, "good", &first, &err), ALM_OK);
    assert_string_equal(first->version, "1.2");
    assert_non_null(first->programme->entitle);
    assert_int_equal(plugin_load(scratch, "good", &second, &err), ALM_OK);
    assert_ptr_equal(first, second);
    /* Its symbols are its own. */
    assert_null(dlsym(RTLD_DEFAULT, "alm_plugin_entry"));
}

static void two_plugins_keep_apart(void **state)
{
    (void)state;
    struct alm_error err = {0};
    const struct alm_plugin *good = NULL;
    const struct alm_plugin *other = NULL;
    build("other", PLUGIN("other"));
    assert_int_equal(plugin_load(scratch, "good", &good, &err), ALM_OK);
    assert_int_equal(plugin_load(scratch, "other", &other, &err), ALM_OK);
    assert_string_equal(good->name, "good");
    assert_string_equal(other->name, "other");
}

static void refuses_what_is_no_plugin(void **state)
{
    (void)state;
    struct alm_error err;
    assert_int_equal(load("absent", &err), ALM_UNAVAILABLE);
    assert_non_null(strstr(err.text, "plug-in absent is not installed"));

    assert_int_equal(chmod(scratch_text("text.so", "no machine code"), 0644), 0);
    assert_int_equal(load("text", &err), ALM_UNAVAILABLE);
    assert_non_null(strstr(err.text, "/text.so is not a shared object"));

    build("hollow", "int unused;\n");
    assert_int_equal(load("hollow", &err), ALM_UNAVAILABLE);
    assert_non_null(strstr(err.text, "no alm_plugin_entry()"));

    build("unlinked", "int nowhere(void);\n" ENTITLE "__attribute__((constructor)) static void c(void) { nowhere(); }\n"
                      "ALM_PLUGIN(.name = \"unlinked\", .programme = &programme)\n");
    assert_int_equal(load("unlinked", &err), ALM_UNAVAILABLE);
    assert_non_null(strstr(err.text, "undefined symbol: nowhere"));

    build("nothing", "ALM_EXPORT const struct alm_plugin *alm_plugin_entry(void);\n"
                     "const struct alm_plugin *alm_plugin_entry(void) { return 0; }\n");
    assert_int_equal(load("nothing", &err), ALM_UNAVAILABLE);
    assert_non_null(strstr(err.text, "returns nothing"));

    build("future", ENTITLE "#undef ALM_ABI_MAJOR\n#define ALM_ABI_MAJOR 9\n#undef ALM_ABI_MINOR\n"
                            "#define ALM_ABI_MINOR 0\n"
                            "ALM_PLUGIN(.name = \"future\", .programme = &programme)\n");
    assert_int_equal(load("future", &err), ALM_UNAVAILABLE);
    assert_non_null(strstr(err.text, "/future.so: it is built for plug-in interface 9.0"));

    build("renamed", PLUGIN("original"));
    assert_int_equal(load("renamed", &err), ALM_UNAVAILABLE);
    assert_non_null(strstr(err.text, "/renamed.so: it calls itself original"));
}

static void vet_expects(const char *dir, const char *name, const char *words)
{
    struct arena arena = {0};
    struct alm_error err = {0};
    const char *path = NULL;
    assert_int_not_equal(plugin_vet(dir, name, &arena, &path, &err), ALM_OK);
    if (!strstr(err.text, words))
        fail_msg("'%s' is not in '%s'", words, err.text);
    assert_null(path);
    arena_release(&arena);
}

static void vets_the_file(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct alm_error err = {0};
    const char *path = NULL;
    assert_int_equal(plugin_vet(scratch, "good", &arena, &path, &err), ALM_OK);
    assert_string_equal(path, scratch_path("good.so"));
    arena_release(&arena);

    vet_expects("plugins", "good", "not absolute");
    vet_expects("/nowhere/at/all", "good", "cannot be opened");
    vet_expects(scratch, "../good", "not a plug-in's name");
    vet_expects(scratch, "person", "a word of almoner's own");

    assert_int_equal(symlink("good.so", scratch_path("linked.so")), 0);
    vet_expects(scratch, "linked", "is a link, not a file");
    assert_int_equal(mkfifo(scratch_path("fifo.so"), 0600), 0);
    vet_expects(scratch, "fifo", "is not a regular file");
    assert_int_equal(mkdir(scratch_path("folder.so"), 0700), 0);
    vet_expects(scratch, "folder", "is not a regular file");

    assert_int_equal(chmod(scratch_path("good.so"), 0664), 0);
    vet_expects(scratch, "good", "good.so can be written by others (mode 0664)");
    assert_int_equal(chmod(scratch_path("good.so"), 0646), 0);
    vet_expects(scratch, "good", "good.so can be written by others (mode 0646)");
    assert_int_equal(chmod(scratch_path("good.so"), 0644), 0);
    assert_int_equal(chmod(scratch, 0777), 0);
    vet_expects(scratch, "good", "can be written by others (mode 0777)");
    assert_int_equal(chmod(scratch, 0700), 0);

    if (geteuid() == 0) {
        assert_int_equal(chown(scratch_path("good.so"), 12345, (gid_t)-1), 0);
        vet_expects(scratch, "good", "good.so belongs to another user (uid 12345)");
        assert_int_equal(chown(scratch_path("good.so"), 0, (gid_t)-1), 0);
    }
}

static void vets_what_lies_above(void **state)
{
    (void)state;
    char above[128];
    char inner[160];
    struct arena arena = {0};
    struct alm_error err = {0};
    const char *path = NULL;
    snprintf(above, sizeof above, "%s/above", scratch);
    snprintf(inner, sizeof inner, "%s/inner", above);
    assert_int_equal(mkdir(above, 0755), 0);
    assert_int_equal(mkdir(inner, 0755), 0);
    scratch_text("above/inner/thing.so", "");
    assert_int_equal(chmod(scratch_path("above/inner/thing.so"), 0644), 0);
    assert_int_equal(plugin_vet(inner, "thing", &arena, &path, &err), ALM_OK);
    assert_int_equal(chmod(above, 0777), 0);
    vet_expects(inner, "thing", "above the plug-ins, can be written by all");
    assert_int_equal(chmod(above, 01777), 0);
    assert_int_equal(plugin_vet(inner, "thing", &arena, &path, &err), ALM_OK);
    arena_release(&arena);
}

static const struct plugin_probe *probe_of(const struct plugin_probe *probes, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(probes[i].name, name) == 0)
            return &probes[i];
    fail_msg("%s is not listed", name);
    return NULL;
}

/* The error names the file and says what it did. */
static void expect_told(const struct plugin_probe *probe, const char *what)
{
    char text[512];
    snprintf(text, sizeof text, "%s/%s.so %s", scratch, probe->name, what);
    assert_string_equal(probe->error.text, text);
}

static void parents_handler(void)
{
    /* Would run once for each child that calls exit(). */
    FILE *file = fopen(scratch_path("handler-ran"), "a");
    if (file)
        fclose(file);
}

static void probes_what_crashes_hangs_or_leaves(void **state)
{
    (void)state;
    char dir[64];
    struct plugin_probe *probes = NULL;
    size_t n = 0;
    struct alm_error err = {0};
    /* A folder of its own, since one plug-in takes the whole two seconds. */
    snprintf(dir, sizeof dir, "%s", scratch);
    assert_int_equal(strlen(dir), strlen(scratch));
    strcat(scratch, "/p");
    assert_int_equal(mkdir(scratch, 0700), 0);
    build("sound", PLUGIN("sound"));
    build("segv",
          "#include <signal.h>\n__attribute__((constructor)) static void c(void) { raise(SIGSEGV); }\n" PLUGIN("segv"));
    build("entry-segv",
          "ALM_EXPORT const struct alm_plugin *alm_plugin_entry(void);\n"
          "const struct alm_plugin *alm_plugin_entry(void) { return *(const struct alm_plugin *volatile *)8; }\n");
    build("aborts",
          "#include <stdlib.h>\n__attribute__((constructor)) static void c(void) { abort(); }\n" PLUGIN("aborts"));
    build("leaves",
          "#include <unistd.h>\n__attribute__((constructor)) static void c(void) { _exit(7); }\n" PLUGIN("leaves"));
    build("hangs", "#include <signal.h>\n#include <unistd.h>\n__attribute__((constructor)) static void c(void)\n"
                   "{ signal(SIGALRM, SIG_IGN); signal(SIGTERM, SIG_IGN); for (;;) pause(); }\n" PLUGIN("hangs"));
    build("chatty", "#include <unistd.h>\n__attribute__((constructor)) static void c(void)\n"
                    "{ printf(\"loud\\n\"); fflush(stdout); }\n" PLUGIN("chatty"));
    build("closes", "#include <unistd.h>\n__attribute__((constructor)) static void c(void)\n"
                    "{ for (int i = 0; i < 1000; i++) close(i); for (;;) pause(); }\n" PLUGIN("closes"));
    scratch_text("Wrong Name.so", "");
    scratch_text("notes.txt", "");
    assert_int_equal(atexit(parents_handler), 0);

    struct timespec before;
    struct timespec after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_int_equal(plugin_probe_all(scratch, &probes, &n, &err), ALM_OK);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_int_equal(n, 9);
    assert_in_range(after.tv_sec - before.tv_sec, 3, 8); /* two of them take two seconds each */
    for (size_t i = 1; i < n; i++)
        assert_true(strcmp(probes[i - 1].name, probes[i].name) < 0);

    const struct plugin_probe *sound = probe_of(probes, n, "sound");
    assert_int_equal(sound->error.status, ALM_OK);
    assert_string_equal(sound->version, "1.2");
    assert_string_equal(sound->summary, "Things");
    assert_int_equal(sound->kind, ALM_KIND_PROGRAMME);
    assert_int_equal(sound->abi_major, ALM_ABI_MAJOR);
    assert_int_equal(probe_of(probes, n, "chatty")->error.status, ALM_OK);
    expect_told(probe_of(probes, n, "segv"), "crashed (Segmentation fault) while it was loaded");
    expect_told(probe_of(probes, n, "entry-segv"), "crashed (Segmentation fault) while it was loaded");
    expect_told(probe_of(probes, n, "aborts"), "crashed (Aborted) while it was loaded");
    expect_told(probe_of(probes, n, "leaves"), "ended the program (status 7) while it was loaded");
    expect_told(probe_of(probes, n, "hangs"), "took longer than 2 seconds to load");
    expect_told(probe_of(probes, n, "closes"), "took longer than 2 seconds to load");
    assert_non_null(strstr(probe_of(probes, n, "Wrong Name")->error.text, "is not a plug-in's name"));
    assert_int_equal(probe_of(probes, n, "hangs")->kind, 0);
    free(probes);

    /* No child is left, nothing was loaded into this process, and no handler of ours ran. */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    char command[128];
    snprintf(command, sizeof command, "grep -q '%s/sound' /proc/%d/maps", scratch, (int)getpid());
    assert_int_not_equal(system(command), 0);
    assert_int_not_equal(access(scratch_path("handler-ran"), F_OK), 0);
    snprintf(scratch, sizeof scratch, "%s", dir);

    assert_int_equal(plugin_probe_all("/nowhere/at/all", &probes, &n, &err), ALM_UNAVAILABLE);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_once),
        cmocka_unit_test(two_plugins_keep_apart),
        cmocka_unit_test(refuses_what_is_no_plugin),
        cmocka_unit_test(vets_the_file),
        cmocka_unit_test(vets_what_lies_above),
        cmocka_unit_test(probes_what_crashes_hangs_or_leaves),
    };
    return cmocka_run_group_tests_name("plugin load", tests, scratch_make, scratch_remove);
}
