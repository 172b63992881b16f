#pragma once
#include "cplatform_socket.h"
