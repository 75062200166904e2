/* SPDX-License-Identifier: MIT */
/* What the files of host share. */
#ifndef HOST_INTERNAL_H
#define HOST_INTERNAL_H

#include "host/host.h"

struct host {
    struct host_options options;
    const char *command;
    const char *rejects;
    const char *const *map;
    struct arena arena;
    struct conf conf;
    struct alm_host bare; /* services of the store driver; context is this struct */
    bool clock_fixed;
    alm_time fixed_now;
    const struct alm_plugin *store_plugin;
    void *store_state;
    bool store_started;
    struct store *store;
    bool store_checked;
    struct register_directory *directory;
    struct stock *stock;
    struct ledger *ledger;
    struct host_programme **programmes; /* as many as conf has; NULL until loaded */
};

/* Fill `ledger` of a started programme from its INI and the directory (link.c). */
enum alm_status host_programme_link(struct host_programme *, struct alm_error *);

#endif
