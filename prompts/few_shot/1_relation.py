# Is the lamp above the wooden table?
def execute_command(image):
    lamp = find(image, "lamp")[0]
    table = find(image, "wooden table")[0]
    if lamp.y < table.y:
        return "yes"
    return "no"
