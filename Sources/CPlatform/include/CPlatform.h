#pragma once
#include "cplatform_keeper.h"
#include "cplatform_socket.h"
