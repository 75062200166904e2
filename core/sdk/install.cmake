# SPDX-License-Identifier: MIT
# The kit for authors of plug-ins, installed: headers, CMake package, pkg-config file.  All of it moves with the prefix.
include(CMakePackageConfigHelpers)

file(STRINGS core/include/almoner/plugin.h abi REGEX "^#define ALM_ABI_(MAJOR|MINOR) [0-9]+$")
string(REGEX REPLACE "[^0-9;]" "" ALMONER_ABI "${abi}")
string(REPLACE ";" "." ALMONER_ABI "${ALMONER_ABI}")
set(ALMONER_INSTALLED_PROGRAM "${CMAKE_INSTALL_FULL_BINDIR}/almoner")
set(ALMONER_CMAKEDIR "${CMAKE_INSTALL_LIBDIR}/cmake/Almoner")

# A folder below the prefix is written as such; one elsewhere (/etc of a prefix /usr) stays what it is.
function(pc_folder out folder)
  cmake_path(IS_PREFIX CMAKE_INSTALL_PREFIX "${folder}" NORMALIZE below)
  if(below)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}")
    set(folder "\${prefix}/${folder}")
  endif()
  set(${out} "${folder}" PARENT_SCOPE)
endfunction()
pc_folder(ALMONER_PC_INCLUDEDIR "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
pc_folder(ALMONER_PC_PLUGINDIR "${ALMONER_PLUGINDIR}")
pc_folder(ALMONER_PC_CONFDIR "${ALMONER_CONFDIR}")
pc_folder(ALMONER_PC_SDKDIR "${CMAKE_INSTALL_PREFIX}/${ALMONER_CMAKEDIR}")
cmake_path(SET ALMONER_PC_PREFIX NORMALIZE "${CMAKE_INSTALL_PREFIX}/.")
cmake_path(RELATIVE_PATH ALMONER_PC_PREFIX BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig")

configure_package_config_file(core/sdk/AlmonerConfig.cmake.in "${PROJECT_BINARY_DIR}/sdk/AlmonerConfig.cmake"
  INSTALL_DESTINATION "${ALMONER_CMAKEDIR}"
  PATH_VARS CMAKE_INSTALL_FULL_INCLUDEDIR ALMONER_INSTALLED_PROGRAM ALMONER_PLUGINDIR ALMONER_CONFDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/sdk/AlmonerConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
configure_file(core/sdk/almoner-plugin.pc.in "${PROJECT_BINARY_DIR}/sdk/almoner-plugin.pc" @ONLY)

install(FILES core/include/almoner/plugin.h core/include/almoner/test.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/almoner" COMPONENT dev)
install(FILES core/sdk/AlmonerPlugin.cmake core/sdk/embed-schema.cmake core/sdk/plugin.map core/sdk/tests.map
              "${PROJECT_BINARY_DIR}/sdk/AlmonerConfig.cmake" "${PROJECT_BINARY_DIR}/sdk/AlmonerConfigVersion.cmake"
        DESTINATION "${ALMONER_CMAKEDIR}" COMPONENT dev)
install(FILES "${PROJECT_BINARY_DIR}/sdk/almoner-plugin.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT dev)
