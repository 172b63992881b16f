// GuestAccess
