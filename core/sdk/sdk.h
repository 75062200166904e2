/* SPDX-License-Identifier: MIT */
/*
 * sdk: the kit for authors of plug-ins: a folder to begin with, the checks that a plug-in has to pass, and a bench on
 * which its author's tests run.  Foreign code runs in child processes only, on a scratch installation of its own; what
 * it does there is told as a list of results.  It knows the core as an author's plug-in meets it and prints nothing.
 */
#ifndef SDK_SDK_H
#define SDK_SDK_H

#include "base/base.h"

/* ---- a new plug-in (new.c) ---- */

struct sdk_new {
    const char *name;
    uint32_t recipient; /* enum alm_recipient */
    bool cxx;           /* C++, not C */
    const char *folder; /* in which the folder NAME is made */
};
/* Write the folder.  Nothing that exists is touched: ALM_CANT_CREATE if NAME is there. */
enum alm_status sdk_new(const struct sdk_new *, struct alm_error *);

/* ---- what both conform and test need ---- */

struct sdk_bench {
    const char *file;      /* the plug-in's, NAME.so */
    const char *plugindir; /* where store plug-ins are looked for, if not beside the file */
    const char *store;     /* URL of a scratch database; NULL: an SQLite file of its own */
    const char *settings;  /* an INI to run with; NULL: the sample */
    const char *data;      /* SQL run after `init`: what the plug-in's own tables hold; may be NULL */
    const char *tests;     /* TESTS.so */
    /* The program itself, for tests that give it words; returns its exit status. */
    int (*program)(int argc, char **argv, FILE *out, FILE *err);
};

enum sdk_verdict { SDK_PASSED, SDK_FAILED, SDK_SKIPPED };

/* One check or test. `text`: what is wrong or why it was skipped; `mend`: what would help; both "" if there is nothing.
 */
struct sdk_result {
    const char *name;
    enum sdk_verdict verdict;
    const char *text;
    const char *mend;
};
struct sdk_report {
    void (*plan)(void *context, size_t n); /* once, before the first result */
    void (*result)(void *context, const struct sdk_result *);
    void *context;
};

/* All checks of a plug-in, in order (conform.c).  *failed counts.  An error means that they could not be run at all. */
enum alm_status sdk_conform(const struct sdk_bench *, const struct sdk_report *, size_t *failed, struct alm_error *);
/* The author's tests, each on a bench of its own (test.c). */
enum alm_status sdk_test(const struct sdk_bench *, const struct sdk_report *, size_t *failed, struct alm_error *);

#endif
