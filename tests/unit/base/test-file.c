/* SPDX-License-Identifier: MIT */
/* Files, memory, errors and digests: the small subjects. */
#include "../scratch.h"

#include "base/base.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int files_in_scratch(void)
{
    int n = 0;
    DIR *folder = opendir(scratch);
    assert_non_null(folder);
    while (readdir(folder))
        n++;
    closedir(folder);
    return n - 2;
}

static void assert_content(const char *path, const char *content)
{
    char *at;
    size_t len;
    assert_int_equal(file_read(path, 1 << 20, &at, &len, NULL), ALM_OK);
    assert_int_equal(len, strlen(content));
    assert_string_equal(at, content);
    free(at);
}

static void a_file_is_replaced_whole(void **state)
{
    (void)state;
    struct alm_error err;
    const char *path = scratch_text("conf.ini", "old");
    assert_int_equal(chmod(path, 0640), 0);
    int before = files_in_scratch();
    assert_int_equal(file_replace(path, "new text", 8, &err), ALM_OK);
    assert_content(path, "new text");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(files_in_scratch(), before);

    /* Through a link: the link stays. */
    const char *link = scratch_path("link.ini");
    assert_int_equal(symlink("conf.ini", link), 0);
    assert_int_equal(file_replace(link, "by link", 7, &err), ALM_OK);
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_content(path, "by link");

    /* A new file, and an empty one. */
    const char *fresh = scratch_path("fresh");
    assert_int_equal(file_replace(fresh, "", 0, &err), ALM_OK);
    assert_content(fresh, "");

    assert_int_equal(file_replace(scratch_path("no/such/folder"), "x", 1, &err), ALM_CANT_CREATE);
    assert_int_equal(file_replace(scratch, "x", 1, &err), ALM_CANT_CREATE);
}

/* A full disk, played by a limit on the size of files: the old file stays and nothing is left beside it. */
static void a_failed_write_leaves_the_old_file(void **state)
{
    (void)state;
    const char *path = scratch_text("kept.ini", "old");
    int before = files_in_scratch();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        static char big[1 << 16];
        struct alm_error err;
        struct rlimit limit = {1000, 1000};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        _exit(file_replace(path, big, sizeof big, &err) == ALM_IO ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_content(path, "old");
    assert_int_equal(files_in_scratch(), before);
}

static void reading_says_what_is_wrong(void **state)
{
    (void)state;
    struct alm_error err;
    char *at = NULL;
    size_t len;
    assert_int_equal(file_read(scratch_path("nothing"), 10, &at, &len, &err), ALM_NO_INPUT);
    assert_int_equal(file_read(scratch, 10, &at, &len, &err), ALM_NO_INPUT);
    assert_non_null(strstr(err.text, "is a folder"));
    const char *path = scratch_text("ten", "0123456789");
    assert_int_equal(file_read(path, 9, &at, &len, &err), ALM_BAD_DATA);
    assert_null(at);
    assert_int_equal(file_read(path, 10, &at, &len, &err), ALM_OK);
    assert_string_equal(at, "0123456789");
    free(at);
    /* A file without a size. */
    assert_int_equal(file_read("/proc/self/status", 1 << 20, &at, &len, &err), ALM_OK);
    assert_true(len > 100);
    assert_int_equal(at[len], 0);
    free(at);
}

static void paths(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_string_equal(file_join(&arena, "/etc", "a"), "/etc/a");
    assert_string_equal(file_join(&arena, "/etc/", "a"), "/etc/a");
    assert_string_equal(file_join(&arena, "/etc", "/b"), "/b");
    assert_string_equal(file_join(&arena, "", "b"), "b");
    assert_string_equal(file_folder_of(&arena, "/etc/a"), "/etc");
    assert_string_equal(file_folder_of(&arena, "/a"), "/");
    assert_string_equal(file_folder_of(&arena, "a"), ".");
    arena_release(&arena);
}

static void arenas_hand_out_zeroed_aligned_memory(void **state)
{
    (void)state;
    struct arena arena = {0};
    char *first = NULL;
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 3000; size += 7) {
            unsigned char *at = arena_alloc(&arena, size);
            assert_int_equal((uintptr_t)at % _Alignof(max_align_t), 0);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(at[i], 0);
            memset(at, 0xAA, size);
            if (!first)
                first = (char *)at;
        }
        /* Larger than a block, then small again. */
        memset(arena_alloc(&arena, 1 << 20), 0xBB, 1 << 20);
        assert_string_equal(arena_printf(&arena, "%d-%s", 5, "x"), "5-x");
        assert_string_equal(arena_strndup(&arena, "abcdef", 3), "abc");
        arena_reset(&arena);
    }
    arena_release(&arena);
    assert_null(arena.blocks);
    arena_release(&arena);
}

static void strings_grow(void **state)
{
    (void)state;
    struct strbuf buf = {0};
    strbuf_add(&buf, NULL, 0);
    assert_string_equal(buf.at, "");
    for (int i = 0; i < 1000; i++)
        strbuf_addf(&buf, "%d,", i);
    strbuf_addc(&buf, '!');
    strbuf_adds(&buf, "end");
    assert_int_equal(buf.len, 10 * 2 + 90 * 3 + 900 * 4 + 4);
    assert_int_equal(strlen(buf.at), buf.len);
    strbuf_reset(&buf);
    assert_string_equal(buf.at, "");
    strbuf_release(&buf);
    assert_null(buf.at);
}

static void errors_keep_what_fits(void **state)
{
    (void)state;
    struct alm_error err = {0};
    assert_int_equal(error_set(&err, ALM_BAD_DATA, "mend it", "%s is %d", "x", 5), ALM_BAD_DATA);
    assert_string_equal(err.text, "x is 5");
    assert_string_equal(err.hint, "mend it");
    assert_int_equal(error_prefix(&err, "file:%d", 3), ALM_BAD_DATA);
    assert_string_equal(err.text, "file:3: x is 5");
    /* The old text as an argument, and the old hint kept. */
    error_set(&err, ALM_IO, err.hint, "[%s]", err.text);
    assert_string_equal(err.text, "[file:3: x is 5]");
    assert_string_equal(err.hint, "mend it");
    char longer[2000];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    error_prefix(&err, "%s", longer);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    error_set(&err, ALM_IO, longer, "%s", longer);
    assert_int_equal(strlen(err.hint), sizeof err.hint - 1);
    error_prefix(&err, "p");
    assert_memory_equal(err.text, "p: aaa", 6);
    assert_int_equal(error_set(NULL, ALM_IO, NULL, "x"), ALM_IO);
}

static void the_nearest_word_is_found(void **state)
{
    (void)state;
    static const char *const words[] = {"window", "enabled", "title", "title_fa", "unit_cost", "id"};
    assert_string_equal(error_nearest("windwo", words, COUNT_OF(words)), "window");
    assert_string_equal(error_nearest("enable", words, COUNT_OF(words)), "enabled");
    assert_string_equal(error_nearest("titel", words, COUNT_OF(words)), "title");
    assert_string_equal(error_nearest("unitcost", words, COUNT_OF(words)), "unit_cost");
    assert_null(error_nearest("colour", words, COUNT_OF(words)));
    assert_null(error_nearest("", words, COUNT_OF(words)));
    assert_null(error_nearest("xy", words, COUNT_OF(words)));
    assert_null(error_nearest("x", NULL, 0));
}

static void digests(void **state)
{
    (void)state;
    unsigned char out[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1];
    struct digest digest;
    /* BLAKE2b-256 of "abc", as b2sum -l 256 prints it. */
    digest_init(&digest, NULL, 0);
    digest_add(&digest, "a", 1);
    digest_add(&digest, NULL, 0);
    digest_add(&digest, "bc", 2);
    digest_final(&digest, out);
    digest_hex(out, sizeof out, hex);
    assert_string_equal(hex, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    char other[2 * DIGEST_SIZE + 1];
    unsigned char key[100] = {1};
    for (size_t len = 1; len <= sizeof key; len += 33) {
        digest_init(&digest, key, len);
        digest_add(&digest, "abc", 3);
        digest_final(&digest, out);
        digest_hex(out, sizeof out, other);
        assert_string_not_equal(other, hex);
        memcpy(hex, other, sizeof hex);
    }
    assert_true(digest_quick("abc", 3) == digest_quick("abc", 3));
    assert_true(digest_quick("abc", 3) != digest_quick("abd", 3));
    assert_true(digest_quick(NULL, 0) == digest_quick("", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_replaced_whole),
        cmocka_unit_test(a_failed_write_leaves_the_old_file),
        cmocka_unit_test(reading_says_what_is_wrong),
        cmocka_unit_test(paths),
        cmocka_unit_test(arenas_hand_out_zeroed_aligned_memory),
        cmocka_unit_test(strings_grow),
        cmocka_unit_test(errors_keep_what_fits),
        cmocka_unit_test(the_nearest_word_is_found),
        cmocka_unit_test(digests),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
