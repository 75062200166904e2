# SPDX-License-Identifier: MIT
# Debian packages: almoner (all that runs) and almoner-dev (what authors of plug-ins need).  For a build with -DCMAKE_INSTALL_PREFIX=/usr; the
# program knows its folders from there.  In the build's folder: cpack
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME almoner)
set(CPACK_PACKAGE_VENDOR "the almoner authors")
set(CPACK_PACKAGE_CONTACT "the almoner authors <authors@almoner.invalid>")
set(CPACK_COMPONENTS_ALL almoner dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_SET_DESTDIR ON) # the settings go to /etc, wherever the rest goes
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_ALMONER_PACKAGE_NAME almoner)
set(CPACK_COMPONENT_ALMONER_DESCRIPTION "register of people in need and ledger of relief aid
One register of the people in need, one ledger of the aid they were given,
whoever gave it, and one report of it all. A second helping inside a
programme's window is refused. Each kind of aid is a plug-in.")
set(CPACK_DEBIAN_ALMONER_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_ALMONER_PACKAGE_DEPENDS "passwd, tzdata") # the rest by dpkg-shlibdeps
set(CPACK_DEBIAN_ALMONER_PACKAGE_SHLIBDEPS ON)

set(CPACK_DEBIAN_DEV_PACKAGE_NAME almoner-dev)
set(CPACK_COMPONENT_DEV_DESCRIPTION "kit for authors of plug-ins of almoner
The header that a plug-in is built with, and what its build finds it by.")
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "almoner (= ${PROJECT_VERSION})")

# An administrator's settings survive upgrades.
file(GLOB programmes RELATIVE "${PROJECT_SOURCE_DIR}/conf" CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/conf/programmes/*.ini")
list(TRANSFORM programmes PREPEND "${ALMONER_CONFDIR}/")
list(JOIN programmes "\n" conffiles)
file(CONFIGURE OUTPUT debian/conffiles CONTENT "${ALMONER_CONFDIR}/almoner.ini\n${conffiles}\n" @ONLY)
set(debian "${PROJECT_SOURCE_DIR}/conf/debian")
set(CPACK_DEBIAN_ALMONER_PACKAGE_CONTROL_EXTRA
  "${CMAKE_CURRENT_BINARY_DIR}/debian/conffiles;${debian}/postinst;${debian}/prerm;${debian}/postrm")
install(FILES "${debian}/copyright" DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/almoner)
install(FILES "${debian}/copyright" DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/almoner-dev COMPONENT dev)
include(CPack)
