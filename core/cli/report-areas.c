/* SPDX-License-Identifier: MIT */
/* What reports by area share: an area with those directly in it, and shares. */
#include "cli/report.h"

enum alm_status cli_areas(struct cli *cli, const struct alm_args *args, struct cli_areas *areas, struct alm_error *err)
{
    size_t tops = 0;
    enum alm_status status = cli_directory(cli, &areas->directory, err);

    areas->base = -1;
    if (status == ALM_OK)
        status = register_areas(areas->directory, &areas->all, &areas->n_all, err);
    if (status == ALM_OK)
        status = cli_area_arg(areas->directory, args, &areas->base, err);
    if (status != ALM_OK)
        return status;
    for (size_t i = 0; i < areas->n_all && areas->base < 0 && tops < 2; i++)
        tops += areas->all[i].parent < 0;
    if (tops == 1)
        areas->base = 0; /* an area stands before what lies in it */
    areas->shown = arena_alloc(&cli->arena, (areas->n_all + 1) * sizeof *areas->shown);
    for (int32_t i = 0; i < (int32_t)areas->n_all; i++) {
        const int32_t parent = areas->all[i].parent;

        if (i == areas->base || parent == areas->base)
            areas->shown[i] = i;
        else
            areas->shown[i] = parent < 0 ? -1 : areas->shown[parent];
    }
    return ALM_OK;
}

struct alm_value cli_share(int64_t part, int64_t whole)
{
    if (whole == ALM_NULL || part == ALM_NULL || whole <= 0)
        return alm_null();
    /* To a tenth of a percent. */
    return alm_number((int64_t)((double)part / (double)whole * 1000.0 + 0.5) * 100);
}
