/* SPDX-License-Identifier: MIT */
/* The small lists as tables: the columns of the file, what their cells are, and where they stand in the store. */
#include "register/list-small.h"

static const struct import_column area_columns[] = {
    {"code", "area code|p-code|pcode|کد|کد محدوده", true},
    {"parent", "parent_code|parent code|within|بالادست|کد بالادست|محدوده بالادست", false},
    {"kind", "level|type|نوع|سطح", false},
    {"name", "name_fa|title|نام", true},
    {"name_latin", "name_en|latin name|english name|نام لاتین|نام انگلیسی", false},
};
static const char *const area_kinds[][2] = {
    {"استان", "province"}, {"شهرستان", "county"},        {"بخش", "district"},
    {"شهر", "city"},       {"دهستان", "rural district"}, {"محله", "neighbourhood"},
    {"روستا", "village"},  {"کشور", "country"},          {"neighborhood", "neighbourhood"},
    {NULL, NULL},
};
static const struct register_cell area_cells[] = {{"code", CELL_CODE, true, NULL},
                                                  {"parent", CELL_PARENT, false, NULL},
                                                  {"kind", CELL_KIND, true, area_kinds},
                                                  {"name", CELL_TEXT, true, NULL},
                                                  {"name_latin", CELL_TEXT, false, NULL}};

static const struct import_column body_columns[] = {
    {"code", "body code|کد|کد نهاد", true},
    {"name", "title|نام|نام نهاد", true},
    {"kind", "type|نوع", false},
    {"contact", "phone|تماس|تلفن|رابط", false},
};
static const struct register_cell body_cells[] = {{"code", CELL_CODE, true, NULL},
                                                  {"name", CELL_TEXT, true, NULL},
                                                  {"kind", CELL_KIND, false, NULL},
                                                  {"contact", CELL_TEXT, false, NULL}};

static const struct import_column group_columns[] = {
    {"code", "group code|کد|کد گروه", true},
    {"name", "title|نام|نام گروه", true},
    {"body", "body_code|organisation|نهاد|کد نهاد", true},
    {"area", "area_code|محدوده|محله|کد محدوده", false},
    {"specialities", "speciality|specialties|skills|تخصص|تخصص ها|تخصص‌ها", false},
    {"capacity", "households a day|ظرفیت", false},
    {"members", "member count|size|اعضا|تعداد اعضا|تعداد", false},
};
static const struct register_cell group_cells[] = {
    {"code", CELL_CODE, true, NULL},           {"name", CELL_TEXT, true, NULL},
    {"body", CELL_BODY, true, NULL},           {"area", CELL_AREA, false, NULL},
    {"specialities", CELL_WORDS, false, NULL}, {"capacity", CELL_NUMBER, false, NULL},
    {"members", CELL_NUMBER, false, NULL}};

static const struct import_column base_columns[] = {
    {"code", "base code|کد|کد پایگاه", true},
    {"name", "title|نام|نام پایگاه", true},
    {"area", "area_code|محدوده|محله|کد محدوده", false},
    {"contact", "phone|تماس|تلفن|رابط", false},
};
static const struct register_cell base_cells[] = {{"code", CELL_CODE, true, NULL},
                                                  {"name", CELL_TEXT, true, NULL},
                                                  {"area", CELL_AREA, false, NULL},
                                                  {"contact", CELL_TEXT, false, NULL}};

static const struct import_column stage_columns[] = {
    {"code", "stage code|کد|کد مرحله", true},
    {"name", "title|نام|نام مرحله", true},
    {"starts", "start|from|begins|شروع|آغاز|از|تاریخ شروع", true},
    {"ends", "end|to|until|پایان|تا|تاریخ پایان", true},
};
static const struct register_cell stage_cells[] = {{"code", CELL_CODE, true, NULL},
                                                   {"name", CELL_TEXT, true, NULL},
                                                   {"starts", CELL_DATE, true, NULL},
                                                   {"ends", CELL_DATE, true, NULL}};

static const struct import_column place_columns[] = {
    {"code", "place code|کد|کد مکان", true}, {"kind", "type|نوع|نوع مکان", true},
    {"name", "title|نام|نام مکان", true},    {"area", "area_code|محدوده|محله|کد محدوده", false},
    {"address", "نشانی|آدرس", false},        {"size", "square metres|m2|مساحت|اندازه|متراژ", false},
};
static const struct register_cell place_cells[] = {
    {"code", CELL_CODE, true, NULL},  {"kind", CELL_KIND, true, NULL},     {"name", CELL_TEXT, true, NULL},
    {"area", CELL_AREA, false, NULL}, {"address", CELL_TEXT, false, NULL}, {"size", CELL_NUMBER, false, NULL}};

const struct register_table small_tables[LISTS] = {
    [LIST_AREA] = {N_("area"), "area", area_columns, area_cells, COUNT_OF(area_cells), "SELECT id, code FROM area",
                   "SELECT id, code, parent, kind, name, name_latin FROM area WHERE id = ANY ($1)", EXTRA_NAME_KEY,
                   "name_key", 0, NULL},
    [LIST_BODY] = {N_("body"), "body", body_columns, body_cells, COUNT_OF(body_cells), "SELECT id, code FROM body",
                   "SELECT id, code, name, kind, contact FROM body WHERE id = ANY ($1)", EXTRA_NONE, NULL, 0, NULL},
    [LIST_GROUP] =
        {N_("group"), "volunteer_group", group_columns, group_cells, COUNT_OF(group_cells),
         "SELECT id, code FROM volunteer_group",
         "SELECT id, code, name, body, area, specialities, capacity, members FROM volunteer_group WHERE id = ANY ($1)",
         EXTRA_NONE, NULL, 0, NULL},
    [LIST_BASE] = {N_("base"), "base", base_columns, base_cells, COUNT_OF(base_cells), "SELECT id, code FROM base",
                   "SELECT id, code, name, area, contact FROM base WHERE id = ANY ($1)", EXTRA_NONE, NULL, 0, NULL},
    [LIST_STAGE] = {N_("stage"), "stage", stage_columns, stage_cells, COUNT_OF(stage_cells),
                    "SELECT id, code FROM stage", "SELECT id, code, name, starts, ends FROM stage WHERE id = ANY ($1)",
                    EXTRA_NONE, NULL, 0, NULL},
    [LIST_PLACE] = {N_("place"), "place", place_columns, place_cells, COUNT_OF(place_cells), NULL,
                    "SELECT id, code, kind, name, area, address, size, since FROM place WHERE id = ANY ($1)",
                    EXTRA_SINCE, "since", 0, NULL},
};
