# SPDX-License-Identifier: MIT
#
# How a plug-in is built, in almoner's own tree and out of it (find_package(Almoner) includes this file):
#
#   almoner_add_plugin(NAME SOURCE... [SCHEMA DIR] [CONFIG FILE] [LIBRARIES LIB...])
#       NAME.so of C or C++ sources: a module with one exported function and nothing unresolved.  The steps DIR/*.sql
#       (default: schema/) become NAME-schema.h with a table `schema` of struct alm_migration.  `install` puts it into
#       almoner's folder of plug-ins, and FILE, an INI, beside almoner.ini's other programmes unless one is there already.
#
#   almoner_test_plugin(NAME [SOURCE...] [CONFORM OPTION...])
#       Tests for CTest: `almoner plugin conform` with the options; and, where there are sources, these are built as
#       NAME-tests.so and run by `almoner plugin test`.

set(ALMONER_SDK "${CMAKE_CURRENT_LIST_DIR}")

# schema/*.sql of a folder becomes NAME-schema.h, a table of struct alm_migration.
function(almoner_embed_schema target name folder)
  get_filename_component(folder "${folder}" ABSOLUTE)
  file(GLOB sql CONFIGURE_DEPENDS "${folder}/*.sql")
  set(out "${CMAKE_CURRENT_BINARY_DIR}/schema/${name}-schema.h")
  add_custom_command(OUTPUT "${out}"
    COMMAND "${CMAKE_COMMAND}" "-DOUT=${out}" "-DSQL=${sql}" -P "${ALMONER_SDK}/embed-schema.cmake"
    DEPENDS ${sql} "${ALMONER_SDK}/embed-schema.cmake" VERBATIM)
  target_sources(${target} PRIVATE "${out}")
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/schema")
endfunction()

# A module without `lib` whose only symbol is the entry function, whatever the language's own library brings along.
function(almoner_module target map)
  target_include_directories(${target} SYSTEM PRIVATE "${ALMONER_INCLUDE_DIR}")
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("C" IN_LIST languages)
    target_compile_features(${target} PRIVATE c_std_11)
  endif()
  if("CXX" IN_LIST languages)
    target_compile_features(${target} PRIVATE cxx_std_17)
  endif()
  target_link_options(${target} PRIVATE "-Wl,--version-script=${ALMONER_SDK}/${map}" -Wl,-z,relro,-z,now)
  if(NOT ALMONER_SANITIZE AND NOT ALMONER_FUZZ)
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
  set_target_properties(${target} PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden
                        VISIBILITY_INLINES_HIDDEN ON LINK_DEPENDS "${ALMONER_SDK}/${map}")
endfunction()

# What an administrator wrote is never written over: an INI that is there already stays.
function(almoner_install_settings file to)
  cmake_path(ABSOLUTE_PATH file)
  cmake_path(APPEND ALMONER_CONFDIR "${to}" OUTPUT_VARIABLE to)
  cmake_path(GET to PARENT_PATH folder)
  cmake_path(GET to FILENAME name)
  install(CODE "
    if(EXISTS \"\$ENV{DESTDIR}${to}\")
      message(STATUS \"Kept: \$ENV{DESTDIR}${to}\")
    else()
      file(INSTALL DESTINATION \"${folder}\" TYPE FILE RENAME \"${name}\" FILES \"${file}\")
    endif()")
endfunction()

function(almoner_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SCHEMA;CONFIG" "LIBRARIES")
  if(NOT arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "almoner_add_plugin(${name}): which sources?")
  endif()
  if(NOT arg_SCHEMA)
    set(arg_SCHEMA schema)
  endif()
  add_library(${name} MODULE ${arg_UNPARSED_ARGUMENTS})
  almoner_module(${name} plugin.map)
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
  if(IS_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/${arg_SCHEMA}")
    almoner_embed_schema(${name} ${name} "${arg_SCHEMA}")
  endif()
  install(TARGETS ${name} LIBRARY DESTINATION "${ALMONER_PLUGINDIR}"
          PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  if(arg_CONFIG)
    almoner_install_settings("${arg_CONFIG}" programmes/${name}.ini)
  endif()
endfunction()

function(almoner_test_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "CONFORM")
  add_test(NAME ${name}-conform COMMAND "${ALMONER_PROGRAM}" plugin conform "$<TARGET_FILE:${name}>" ${arg_CONFORM}
           WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
  if(arg_UNPARSED_ARGUMENTS)
    add_library(${name}-tests MODULE ${arg_UNPARSED_ARGUMENTS})
    almoner_module(${name}-tests tests.map)
    add_test(NAME ${name}-tests COMMAND "${ALMONER_PROGRAM}" plugin test "$<TARGET_FILE:${name}>"
             "$<TARGET_FILE:${name}-tests>")
  endif()
endfunction()
