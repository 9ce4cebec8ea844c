# Is the door open?
def execute_command(image):
    door = find(image, "door")[0]
    if verify_property(door, "door", "open"):
        return "yes"
    return "no"
