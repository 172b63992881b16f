/// Places at which a test can make a debug build end by a trap, as a fault of the program would.
///
/// What is left of its machines then is what a user would find. In a release there are no such places.
package enum PlantedTrap {
    /// Ends the process if `QUIVER_TRAP_AT` is this place's name.
    package static func reach(_ place: String) {
        #if DEBUG
            if HostEnvironment["QUIVER_TRAP_AT"] == place { fatalError("the trap at \"\(place)\"") }
        #endif
    }
}
