# SPDX-License-Identifier: Apache-2.0
# The ImGui application, in the browser and as a desktop window, and the page's folder dist/.
#
# web/app/*.cpp is the application on both; a file that ends in _web.cpp belongs to the browser only, one
# that ends in _desktop.cpp to the window only. web/js/*.cpp is the binding of the JavaScript API.

# rockpool_app_sources(VARIABLE EXCLUDED): the application's files without those that end in EXCLUDED.
function(rockpool_app_sources variable excluded)
  rockpool_sources(sources "web/app/*.cpp")
  list(FILTER sources EXCLUDE REGEX "${excluded}\\.cpp$")
  set(${variable} ${sources} PARENT_SCOPE)
endfunction()

# rockpool_embed_assets(TARGET): the fonts and example manifests of the application, as bytes in the program.
function(rockpool_embed_assets target)
  set(folder "${PROJECT_SOURCE_DIR}/web/app")
  set(output "${PROJECT_BINARY_DIR}/app_assets.cpp")
  set(script "${PROJECT_SOURCE_DIR}/tools/lib/embed.cmake")
  file(GLOB files CONFIGURE_DEPENDS RELATIVE "${folder}"
       "${folder}/fonts/*.otf" "${folder}/fonts/*.ttf" "${folder}/examples/*.yaml")
  list(TRANSFORM files PREPEND "${folder}/" OUTPUT_VARIABLE inputs)
  add_custom_command(OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DROOT=${folder}" "-DOUTPUT=${output}" -P "${script}" ${files}
    DEPENDS ${inputs} "${script}" VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()

# Dear ImGui with its SDL2 and OpenGL backends. `sdl` is the SDL2 target.
function(rockpool_add_imgui sdl)
  set(folder "${rockpool_imgui}")
  set(sources
    "${folder}/imgui.cpp" "${folder}/imgui_demo.cpp" "${folder}/imgui_draw.cpp"
    "${folder}/imgui_tables.cpp" "${folder}/imgui_widgets.cpp" "${folder}/misc/cpp/imgui_stdlib.cpp"
    "${folder}/backends/imgui_impl_sdl2.cpp" "${folder}/backends/imgui_impl_opengl3.cpp")
  rockpool_without_unwinding(sources)
  rockpool_vendor_library(rockpool_imgui ${sources})
  target_include_directories(rockpool_imgui SYSTEM PUBLIC
    "${folder}" "${folder}/backends" "${folder}/misc/cpp")
  # Without its demo and debug windows, which are a third of its code, and without files.
  target_compile_definitions(rockpool_imgui PUBLIC
    IMGUI_DISABLE_DEMO_WINDOWS IMGUI_DISABLE_DEBUG_TOOLS IMGUI_DISABLE_FILE_FUNCTIONS
    IMGUI_DISABLE_OBSOLETE_FUNCTIONS)
  # A crowd of Pods has more corners than 16 bits can count.
  target_compile_definitions(rockpool_imgui PUBLIC "ImDrawIdx=unsigned int")
  if(EMSCRIPTEN)
    target_compile_definitions(rockpool_imgui PUBLIC IMGUI_IMPL_OPENGL_ES3)
    # web/app/platform/gl_state_web.cpp tells why.
    set_property(SOURCE "${folder}/backends/imgui_impl_opengl3.cpp"
                 APPEND PROPERTY COMPILE_DEFINITIONS glGetIntegerv=rockpool_gl_get_integer)
  endif()
  target_link_libraries(rockpool_imgui PUBLIC ${sdl} PRIVATE ${CMAKE_DL_LIBS})
endfunction()

# The application as a library that the native program links; absent when SDL2 is.
function(rockpool_add_desktop_app)
  rockpool_app_sources(sources "_web")
  if(NOT sources)
    return()
  endif()
  find_package(SDL2 CONFIG QUIET)
  find_package(OpenGL QUIET COMPONENTS OpenGL)
  if(NOT SDL2_FOUND OR NOT TARGET OpenGL::GL)
    message(STATUS "SDL2 or OpenGL not found: the program is built without its window")
    return()
  endif()
  rockpool_add_imgui(SDL2::SDL2)
  add_library(rockpool_app_native STATIC ${sources})
  rockpool_own_code(rockpool_app_native)
  rockpool_embed_assets(rockpool_app_native)
  target_compile_definitions(rockpool_app_native INTERFACE ROCKPOOL_HAS_WINDOW)
  target_link_libraries(rockpool_app_native PUBLIC rockpool_core rockpool_imgui OpenGL::GL)
  rockpool_add_app_tests()
endfunction()

# The application's own tests, and the application on an invented world, which shows on demand what a real
# cluster shows seldom (crowds, every state at once); built only when asked for.
function(rockpool_add_app_tests)
  rockpool_sources(sources "tests/web/app/*_test.cpp" "tests/web/app/fixture/fixture_session.cpp")
  if(sources)
    add_executable(rockpool_app_tests "${PROJECT_SOURCE_DIR}/tests/main.cpp" ${sources})
    rockpool_own_code(rockpool_app_tests)
    target_include_directories(rockpool_app_tests SYSTEM PRIVATE "${rockpool_doctest}")
    target_link_libraries(rockpool_app_tests PRIVATE rockpool_app_native)
    rockpool_output(rockpool_app_tests)
  endif()
  rockpool_sources(sources "tests/web/app/fixture/*.cpp")
  add_executable(rockpool_app_fixture EXCLUDE_FROM_ALL ${sources})
  rockpool_own_code(rockpool_app_fixture)
  target_link_libraries(rockpool_app_fixture PRIVATE rockpool_app_native)
  rockpool_output(rockpool_app_fixture)
endfunction()

# SDL2 for the browser, from the pinned sources: video and input only. (Its own build system needs four
# minutes to configure itself.)
function(rockpool_add_sdl2)
  set(folder "${rockpool_third_party}/SDL2-2.32.4")
  file(GLOB sources
    "${folder}/src/*.c" "${folder}/src/atomic/*.c" "${folder}/src/cpuinfo/*.c" "${folder}/src/dynapi/*.c"
    "${folder}/src/events/*.c" "${folder}/src/file/*.c" "${folder}/src/haptic/*.c"
    "${folder}/src/haptic/dummy/*.c" "${folder}/src/joystick/*.c" "${folder}/src/joystick/dummy/*.c"
    "${folder}/src/libm/*.c" "${folder}/src/loadso/dlopen/*.c" "${folder}/src/locale/*.c"
    "${folder}/src/locale/emscripten/*.c" "${folder}/src/main/dummy/*.c" "${folder}/src/misc/*.c"
    "${folder}/src/misc/emscripten/*.c" "${folder}/src/power/*.c" "${folder}/src/power/emscripten/*.c"
    "${folder}/src/render/*.c" "${folder}/src/sensor/*.c" "${folder}/src/sensor/dummy/*.c" "${folder}/src/stdlib/*.c"
    "${folder}/src/filesystem/emscripten/*.c" "${folder}/src/thread/*.c" "${folder}/src/thread/generic/*.c"
    "${folder}/src/timer/*.c" "${folder}/src/timer/unix/*.c" "${folder}/src/video/*.c"
    "${folder}/src/video/emscripten/*.c")
  rockpool_vendor_library(rockpool_sdl2 ${sources})
  target_include_directories(rockpool_sdl2 SYSTEM PUBLIC "${folder}/include")
  target_compile_options(rockpool_sdl2 PRIVATE -Oz -include "${PROJECT_SOURCE_DIR}/tools/lib/sdl_config.h")
  # Lean and mean: without the fast ways to copy pictures, which nobody does.
  target_compile_definitions(rockpool_sdl2 PRIVATE SDL_LEAN_AND_MEAN
    SDL_AUDIO_DISABLED SDL_HAPTIC_DISABLED SDL_JOYSTICK_DISABLED SDL_RENDER_DISABLED
    SDL_SENSOR_DISABLED)
endfunction()

# rockpool_page_module(TARGET NAME OPTIONS… ): an ES module NAME.js and NAME.wasm in dist/.
function(rockpool_page_module target name)
  rockpool_own_code(${target})
  target_link_libraries(${target} PRIVATE rockpool_core)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${ROCKPOOL_DIST}"
                        OUTPUT_NAME "${name}" SUFFIX ".js")
  target_link_options(${target} PRIVATE ${rockpool_wasm_link_options} -sFILESYSTEM=0 -Oz -lembind ${ARGN})
endfunction()

# dist/: rockpool-core.js (headless), rockpool-app.js (with the window) and the hand-written files.
function(rockpool_add_page)
  rockpool_sources(binding "web/js/*.cpp")
  if(binding)
    # embind names the types that it binds.
    rockpool_without_unwinding(binding "/binding\\.cpp$")
    add_executable(rockpool_core_wasm ${binding})
    rockpool_page_module(rockpool_core_wasm rockpool-core -sENVIRONMENT=web,worker,node)
  endif()

  rockpool_app_sources(application "_desktop")
  if(application)
    rockpool_add_sdl2()
    rockpool_add_imgui(rockpool_sdl2)
    rockpool_without_unwinding(application "/sandbox_web\\.cpp$")
    add_executable(rockpool_app ${application} ${binding})
    rockpool_embed_assets(rockpool_app)
    target_link_libraries(rockpool_app PRIVATE rockpool_imgui)
    rockpool_page_module(rockpool_app rockpool-app -sENVIRONMENT=web
      -sMIN_WEBGL_VERSION=2 -sMAX_WEBGL_VERSION=2)
  endif()

  rockpool_add_site()
endfunction()

# Copies the hand-written files of the page into dist/, each when it changes.
function(rockpool_add_site)
  set(copies "")
  foreach(folder web/site web/js)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/${folder}"
         "${PROJECT_SOURCE_DIR}/${folder}/*")
    list(FILTER files EXCLUDE REGEX "\\.(cpp|h|md)$")
    foreach(file ${files})
      add_custom_command(OUTPUT "${ROCKPOOL_DIST}/${file}"
        COMMAND "${CMAKE_COMMAND}" -E copy "${PROJECT_SOURCE_DIR}/${folder}/${file}" "${ROCKPOOL_DIST}/${file}"
        DEPENDS "${PROJECT_SOURCE_DIR}/${folder}/${file}" VERBATIM)
      list(APPEND copies "${ROCKPOOL_DIST}/${file}")
    endforeach()
  endforeach()
  add_custom_target(rockpool_site ALL DEPENDS ${copies})
endfunction()
