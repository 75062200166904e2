/* SPDX-License-Identifier: MIT */
/* Who is who at the desk: [roles] of almoner.ini and its sections [body CODE]. */
#include "conf/parts.h"

#define AT(role) offsetof(struct conf_almoner, roles) + offsetof(struct conf_roles, role)
#define ROLE(role, text)                                                                                               \
    {                                                                                                                  \
        .key = #role, .type = ALM_LIST, .offset = AT(role), .help = text                                               \
    }
static const struct alm_setting rows[] = {
    ROLE(secretary, N_("Who divides the work: targets, capacity, committees, decisions, assignments. System users, "
                       "with commas between them; nobody: whoever may write to the store.")),
    ROLE(planner, N_("Who makes plans of what is to be delivered.")),
    ROLE(approver, N_("Who approves plans; nobody approves what they made.")),
    ROLE(monitor, N_("Who opens monitoring rounds, and enters visits, findings and actions.")),
    ROLE(complaints, N_("Who sees and answers complaints, the sensitive ones too.")),
    ROLE(auditor, N_("Who reads everything and writes nothing. An auditor has no other role.")),
};
static const struct alm_setting staff_rows[] = {
    {.key = "staff",
     .type = ALM_LIST,
     .flags = ALM_REQUIRED,
     .offset = offsetof(struct conf_staff, staff),
     .help = N_("Its people, as system users with commas between them. Who has no other role records, and sees, only "
                "what this body gives.")},
};
static const struct alm_setting_group groups[] = {
    {.name = "body",
     .help = N_("The staff of one body, by its code."),
     .settings = staff_rows,
     .n_settings = COUNT_OF(staff_rows),
     .item_size = sizeof(struct conf_staff),
     .offset = AT(bodies),
     .sample = "; [body hamdeli]\n; staff = ali, zahra"},
};

/* In the order of enum conf_role's bits. */
static const struct alm_list *list_of(const struct conf_roles *roles, size_t i)
{
    const struct alm_list *const lists[] = {&roles->secretary, &roles->planner,    &roles->approver,
                                            &roles->monitor,   &roles->complaints, &roles->auditor};
    return lists[i];
}

const char *const conf_role_names[] = {"secretary", "planner", "approver", "monitor", "complaints", "auditor", NULL};

static bool names(const struct alm_list *list, const char *who)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], who) == 0)
            return true;
    return false;
}

uint32_t conf_roles_given(const struct conf_roles *roles)
{
    uint32_t given = roles->bodies.count ? CONF_STAFF : 0;
    for (size_t i = 0; conf_role_names[i]; i++)
        if (list_of(roles, i)->count)
            given |= UINT32_C(1) << i;
    return given;
}

uint32_t conf_roles_of(const struct conf_roles *roles, const char *who)
{
    uint32_t mine = 0;
    for (size_t i = 0; conf_role_names[i]; i++)
        if (names(list_of(roles, i), who))
            mine |= UINT32_C(1) << i;
    for (size_t i = 0; i < roles->bodies.count; i++)
        if (conf_is_staff(roles, i, who))
            mine |= CONF_STAFF;
    return mine;
}

bool conf_is_staff(const struct conf_roles *roles, size_t i, const char *who)
{
    const struct conf_staff *bodies = roles->bodies.items;
    return names(&bodies[i].staff, who);
}

size_t conf_role_users(const struct conf_roles *roles, size_t i)
{
    return list_of(roles, i)->count;
}

static void check_roles(const void *settings, const struct alm_check *check)
{
    const struct conf_almoner *almoner = settings;
    const struct conf_roles *roles = &almoner->roles;
    for (size_t i = 0; i < roles->auditor.count; i++)
        if (conf_roles_of(roles, roles->auditor.items[i]) != CONF_AUDITOR) {
            check->problem(check->context, "roles", "auditor", _("somebody who is named here has another role too"),
                           _("an auditor writes nothing: take them out of one of the two"));
            return;
        }
}

const struct alm_settings conf_roles_table = {.rows = rows,
                                              .n_rows = COUNT_OF(rows),
                                              .groups = groups,
                                              .n_groups = COUNT_OF(groups),
                                              .size = sizeof(struct conf_almoner),
                                              .check = check_roles};
