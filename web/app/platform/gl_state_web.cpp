// SPDX-License-Identifier: Apache-2.0
#include <GLES3/gl3.h>

#include <algorithm>

// ImGui's backend asks for the state of the context before it draws and puts it back afterwards. In
// a browser the question waits until the graphics process has drawn all that came before, which
// takes longer than the whole frame. Nobody else draws in this context, so the backend is compiled
// to ask here instead (tools/lib/web.cmake), and is told the state in which a context begins.
extern "C" void rockpool_gl_get_integer(GLenum name, GLint* value) {
  switch (name) {
    case GL_ACTIVE_TEXTURE:
      *value = GL_TEXTURE0;
      return;
    case GL_CURRENT_PROGRAM:
    case GL_TEXTURE_BINDING_2D:
    case GL_SAMPLER_BINDING:
    case GL_ARRAY_BUFFER_BINDING:
    case GL_VERTEX_ARRAY_BINDING:
      *value = 0;
      return;
    case GL_BLEND_SRC_RGB:
    case GL_BLEND_SRC_ALPHA:
      *value = GL_ONE;
      return;
    case GL_BLEND_DST_RGB:
    case GL_BLEND_DST_ALPHA:
      *value = GL_ZERO;
      return;
    case GL_BLEND_EQUATION_RGB:
    case GL_BLEND_EQUATION_ALPHA:
      *value = GL_FUNC_ADD;
      return;
    case GL_VIEWPORT:
    case GL_SCISSOR_BOX:
      // Set anew before each use.
      std::fill_n(value, 4, 0);
      return;
    default:
      glGetIntegerv(name, value);
  }
}
